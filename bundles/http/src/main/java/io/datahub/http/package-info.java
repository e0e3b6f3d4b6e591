/** The HTTP endpoints of the hub: the configuration, health, schemas, and an overview at the root path. */
package io.datahub.http;
