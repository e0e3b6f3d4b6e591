/** What the components of record stores have in common. */
package io.datahub.records.service;
