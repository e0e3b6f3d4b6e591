/** Moves records and directories, creates directories, and sets the client's time of a record. */
package io.datahub.cluster.namespace;
