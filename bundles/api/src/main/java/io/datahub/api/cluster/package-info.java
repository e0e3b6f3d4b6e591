/**
 * What several hubs share: a ledger, in which records, journal and unfinished uploads are numbered and compared, and
 * blobs, which hold the bytes. The stores of a cluster are built on these; a single hub needs none of them.
 */
@Export
@Version("0.9.0")
package io.datahub.api.cluster;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
