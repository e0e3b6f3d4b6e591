/** Notices changes of records that were made by other hands. */
package io.datahub.watcher;
