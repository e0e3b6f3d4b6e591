/** Validation by a program of the operator. */
package io.datahub.validators.command;
