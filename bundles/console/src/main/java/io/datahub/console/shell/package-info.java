/** What the commands share: services of the hub, output as tables or JSON, and failures. */
package io.datahub.console.shell;
