/** Commands for users, grants and tokens. */
package io.datahub.cli.user;
