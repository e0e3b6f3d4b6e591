/** The one HTTP server. Other bundles bring handlers as services; this one lets clients in and mounts them. */
package io.datahub.jetty;
