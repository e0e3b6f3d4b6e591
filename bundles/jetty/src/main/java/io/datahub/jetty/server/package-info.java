/** The HTTP server as a component: its handler chain, error responses and counters. */
package io.datahub.jetty.server;
