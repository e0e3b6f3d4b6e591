/** Size, extension and media type of a record. */
package io.datahub.validators.policy;
