from django.urls import path

from reviews.api import OneReview, Reviews

urlpatterns = [
    path("reviews/", Reviews.as_view()),
    path("reviews/<id:review_id>/", OneReview.as_view()),
]
