/** Directories and files on the disk: safe path resolution, staging, flushes. */
package io.datahub.store.disk;
