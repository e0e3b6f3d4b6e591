/** Commands for events. */
package io.datahub.cli.event;
