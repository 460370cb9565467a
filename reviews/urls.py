from django.urls import path

from reviews import views

urlpatterns = [
    path("reviews/", views.reviews, name="reviews"),
    path("reviews/new/", views.review_new, name="review_new"),
    path("reviews/<id:review_id>/", views.review, name="review"),
    path("reviews/<id:review_id>/conclude/", views.review_conclude, name="review_conclude"),
]
