"""Records over REST. A bulk of records is read by its service, never by a serializer a row."""
