/** Changes of records: their events, the audit log, and who is notified of them. */
package io.datahub.records.change;
