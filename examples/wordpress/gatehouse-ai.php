<?php
/**
 * Plugin Name: Gatehouse for WordPress's AI plugin
 * Description: Its experiment "Comment Moderation" asks your own Gatehouse. Copy it to wp-content/mu-plugins.
 */

defined( 'GATEHOUSE_URL' ) || define( 'GATEHOUSE_URL', 'https://gatehouse.example' );
defined( 'GATEHOUSE_PERSPECTIVE_KEY' ) || define( 'GATEHOUSE_PERSPECTIVE_KEY', '' );

( function () {
	$toxicity = null; // of the comment in hand; null where Gatehouse did not answer

	add_filter( 'wpai_comment_analysis_result', function ( $result, $content ) use ( &$toxicity ) {
		$question = array(
			'comment'             => array( 'text' => $content, 'type' => 'HTML' ),
			'requestedAttributes' => array( 'TOXICITY' => new stdClass() ),
			'doNotStore'          => true,
		);
		$response = wp_remote_post( GATEHOUSE_URL . '/v1alpha1/comments:analyze', array(
			'headers' => array( 'Content-Type' => 'application/json', 'X-Goog-Api-Key' => GATEHOUSE_PERSPECTIVE_KEY ),
			'body'    => wp_json_encode( $question ),
			'timeout' => 5,
		) );
		$answer   = is_wp_error( $response ) ? null : json_decode( wp_remote_retrieve_body( $response ), true );
		$toxicity = $answer['attributeScores']['TOXICITY']['summaryScore']['value'] ?? null;
		// Always an array, or the plugin would send the comment to its AI provider.
		return array( 'toxicity_score' => $toxicity ?? 0, 'sentiment' => $toxicity >= 0.8 ? 'negative' : 'neutral' );
	}, 10, 2 );

	// 0.8 is where Gatehouse's newsroom policy holds a comment. What was not scored waits for a person, too.
	add_filter( 'wpai_comment_moderation_should_moderate', function () use ( &$toxicity ) {
		return null === $toxicity || $toxicity >= 0.8;
	} );
	add_filter( 'wpai_comment_moderation_moderate_guests', '__return_true' );
	// No provider need be connected for this; the plugin's other features still ask for one.
	add_action( 'wp_insert_comment', fn () => add_filter( 'wpai_has_ai_credentials', '__return_true' ), 9 );
	add_action( 'wp_insert_comment', fn () => remove_filter( 'wpai_has_ai_credentials', '__return_true' ), 11 );
} )();
