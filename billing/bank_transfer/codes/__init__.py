"""Codes for paying by transfer: the payment reference, and the QR codes of PromptPay and EPC."""
