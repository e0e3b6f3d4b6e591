/** What hubs share in a cluster, in memory. */
package io.datahub.test.cluster;
