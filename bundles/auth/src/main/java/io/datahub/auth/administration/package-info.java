/** Changes of users, their grants and their SSH keys by administrators. */
package io.datahub.auth.administration;
