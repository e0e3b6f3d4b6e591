/** Short-lived tokens, and where they are kept: in a file of the hub, or in the state that the hubs of a cluster share. */
package io.datahub.auth.shortlived;
