/**
 * Building blocks of HTTP handlers: requests and their responses, reading and draining bodies, conditional headers,
 * digests, and encodings.
 */
@Export(substitution = Export.Substitution.NOIMPORT)
@Version("0.9.0")
package io.datahub.jetty.web;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
