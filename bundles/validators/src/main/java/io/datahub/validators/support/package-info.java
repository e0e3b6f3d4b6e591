/** What several validators share: findings, schemas that are records, catalogs, limits of memory and size. */
package io.datahub.validators.support;
