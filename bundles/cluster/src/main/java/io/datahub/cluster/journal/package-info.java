/** The journal that the hubs share: how far this hub knows it for certain, and what it announces of it. */
package io.datahub.cluster.journal;
