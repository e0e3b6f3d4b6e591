/** Gives administrators of the hub access to Karaf's console and to JMX with their token. */
package io.datahub.console.access;
