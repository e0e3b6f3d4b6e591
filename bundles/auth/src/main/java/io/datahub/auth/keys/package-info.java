/** Changes of users' SSH keys. */
package io.datahub.auth.keys;
