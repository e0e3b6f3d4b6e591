/** Reads the configuration files in {@code etc/}, validates them, and hands good ones to Configuration Admin. */
package io.datahub.config;
