/** Validation of stored records with one validator, without consequences. */
package io.datahub.console.validation;
