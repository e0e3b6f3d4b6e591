/** Which validators apply to a record, and their execution with time limits. */
package io.datahub.records.validation;
