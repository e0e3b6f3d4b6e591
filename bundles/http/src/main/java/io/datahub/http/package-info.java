/** The HTTP face of the hub: files, events, the journal of changes, who one is, health. */
package io.datahub.http;
