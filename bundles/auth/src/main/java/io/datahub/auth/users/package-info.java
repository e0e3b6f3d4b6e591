/** The users file: what it says, how it is read, and how single tokens in it are edited. */
package io.datahub.auth.users;
