/** The handlers that other bundles register, and those that they declare. */
package io.datahub.jetty.handlers;
