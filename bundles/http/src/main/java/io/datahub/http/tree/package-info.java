/** Whole trees of records: walking through them, and sending them as zip and tar. */
package io.datahub.http.tree;
