/** JSON and JSON Schema. */
package io.datahub.validators.json;
