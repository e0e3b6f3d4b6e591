/** Lets administrators of the hub into Karaf's console and into JMX, with their token. */
package io.datahub.console.access;
