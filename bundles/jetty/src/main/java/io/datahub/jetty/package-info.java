/**
 * The configuration of the HTTP server, which authenticates requests and dispatches them to the handlers that other
 * bundles provide as services.
 */
package io.datahub.jetty;
