/** The HTTP endpoints of the hub: files, events, the change journal, tokens, whoami, schemas, health. */
package io.datahub.http;
