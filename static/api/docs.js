"use strict";

// Requests made here are sent with the key that is entered under “Authorize”, never with the session.
const page = document.getElementById("api");
SwaggerUIBundle({
  domNode: page,
  url: page.dataset.schema,
  deepLinking: true,
  docExpansion: "list",
  validatorUrl: null,
  withCredentials: false,
  requestInterceptor: (request) => ({ ...request, credentials: "omit" }),
});
