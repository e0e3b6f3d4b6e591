package io.datahub.s3;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The S3 store of a cluster, in {@code config/io.datahub.cluster.cfg}. */
@ObjectClassDefinition(name = "Datahub cluster: blobs", description = "The S3 store with the contents of all records")
public @interface S3Configuration {

    @AttributeDefinition(
            description = "The bucket with the contents of all records, as http[s]://HOST[:PORT]/BUCKET[/PREFIX]"
                    + "[?region=REGION]; empty if the hub is in no cluster",
            required = false)
    String blobs() default "";

    @AttributeDefinition(
            description = "The folder with one file for each secret: blobs.access-key, blobs.secret-key, and"
                    + " blobs.ca.pem with the authorities that are trusted instead of the usual ones",
            required = false)
    String secrets() default "";
}
