/** Use case: the index is made to agree with a disk that other programs, crashes and failures have changed. */
package io.datahub.store.reconcile;
