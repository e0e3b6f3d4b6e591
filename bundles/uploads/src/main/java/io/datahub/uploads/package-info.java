/** Resumable uploads over HTTP, by the tus protocol 1.0. */
package io.datahub.uploads;
