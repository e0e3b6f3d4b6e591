/** Limits on what is stored below a prefix, or belongs to a user. */
package io.datahub.records.quota;
