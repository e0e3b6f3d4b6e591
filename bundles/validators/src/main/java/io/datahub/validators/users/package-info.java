/** The users file: its schema, and the rules that a schema can't express. */
package io.datahub.validators.users;
