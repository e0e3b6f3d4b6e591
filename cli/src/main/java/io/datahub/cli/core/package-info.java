/** What every command needs: output, exit statuses, JSON, private files. */
package io.datahub.cli.core;
