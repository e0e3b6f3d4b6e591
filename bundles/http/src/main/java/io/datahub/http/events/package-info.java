/** Events over HTTP: publishing, CloudEvents, event streams, and the change journal. */
package io.datahub.http.events;
