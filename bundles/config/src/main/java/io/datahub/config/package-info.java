/** Reads the configuration files in {@code etc/}, validates them, and passes the valid ones to Configuration Admin. */
package io.datahub.config;
