/** Use case: clients upload and delete records, in one request or resumably, and records expire. */
package io.datahub.store.write;
