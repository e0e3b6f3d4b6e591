/**
 * The HTTP server. Other bundles provide handlers as services; this bundle authenticates requests and dispatches them.
 */
package io.datahub.jetty;
