/** Files in the staging directory: their hashes, the free space for them, and the errors of their disk. */
package io.datahub.records.staging;
