/** {@code datahub sync}: makes a local tree like one in the hub, or the reverse. */
package io.datahub.cli.sync;
