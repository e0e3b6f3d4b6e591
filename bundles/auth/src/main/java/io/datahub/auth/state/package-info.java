/** What the hubs of a cluster share about credentials. */
package io.datahub.auth.state;
