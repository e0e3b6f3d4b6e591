/** Directories as archives: zip and tar, streamed. */
package io.datahub.http.archive;
