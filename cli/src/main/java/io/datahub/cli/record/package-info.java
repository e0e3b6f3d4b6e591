/** Commands for records and directories. */
package io.datahub.cli.record;
