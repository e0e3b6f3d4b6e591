/** Drafts of records: their admission, their bytes, their limits. */
package io.datahub.records.draft;
