/** CloudEvents and CDEvents, in records and in events. */
package io.datahub.validators.cloudevents;
